import { h } from "./dom";

/** The Markdown of rule pages as elements: headings, paragraphs, lists, tables as text, code, and links. No HTML. */
export function markdown(text: string): Node[] {
  const nodes: Node[] = [];
  const lines = text.split("\n");
  // The title is already shown.
  let at = lines[0]?.startsWith("# ") ? 1 : 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.startsWith("```")) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith("```"));
      const stop = end < 0 ? lines.length : end;
      const [, kind, file] = line.split(" ");
      // The caption above the example says whether it is wrong or right.
      if (kind && file) nodes.push(h("p", { class: `example ${kind}` }, file.replace("file=", "")));
      nodes.push(h("pre", { tabindex: "0", role: "group", "aria-label": "Code" }, h("code", {}, lines.slice(at + 1, stop).join("\n"))));
      at = stop + 1;
    } else if (/^#+ /.test(line)) {
      nodes.push(h("h3", {}, ...inline(line.replace(/^#+ /, ""))));
      at += 1;
    } else if (/^(- |\d+\. )/.test(line)) {
      const items: HTMLElement[] = [];
      const ordered = /^\d/.test(line);
      while (/^(- |\d+\. |\s+\S)/.test(lines[at] ?? "")) {
        let item = (lines[at++] ?? "").replace(/^(- |\d+\. )/, "");
        while (/^\s+\S/.test(lines[at] ?? "")) item += ` ${(lines[at++] ?? "").trim()}`;
        items.push(h("li", {}, ...inline(item)));
      }
      nodes.push(h(ordered ? "ol" : "ul", {}, ...items));
    } else if (line.trim() === "") {
      at += 1;
    } else {
      const paragraph: string[] = [];
      while (at < lines.length && (lines[at] ?? "").trim() !== "" && !/^(```|#+ |- )/.test(lines[at] ?? "")) paragraph.push(lines[at++] ?? "");
      nodes.push(h("p", {}, ...inline(paragraph.join(" "))));
    }
  }
  return nodes;
}

function inline(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https:[^)\s]+)\)|<(https:[^>\s]+)>|\*([^*]+)\*/g;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(from, match.index));
    const [whole, code, strong, label, target, address, emphasis] = match;
    if (code !== undefined) parts.push(h("code", {}, code));
    else if (strong !== undefined) parts.push(h("strong", {}, strong));
    else if (emphasis !== undefined) parts.push(h("em", {}, emphasis));
    else parts.push(h("a", { href: target ?? address ?? "", rel: "noreferrer noopener", target: "_blank" }, label ?? address ?? ""));
    from = match.index + whole.length;
  }
  parts.push(text.slice(from));
  return parts;
}
