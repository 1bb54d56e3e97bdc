import { byId } from "./dom";
import { menu, type Item } from "./menu";
import { SAMPLES } from "./samples";

export interface HeaderActions {
  sample(path: string): void;
  files(list: FileList, isFolder: boolean): void;
  takings(): Promise<Item[]>;
  share(): void;
}

/** Sets up the header. */
export function prepareHeader(actions: HeaderActions): void {
  menu(byId("samples"), () => SAMPLES.map(({ path, title, about }) => ({ label: title, about, run: () => actions.sample(path) })));
  const [folder, files] = ["folder", "files"].map((id) => {
    const input = byId<HTMLInputElement>(id);
    input.addEventListener("change", () => {
      if (input.files) actions.files(input.files, id === "folder");
      input.value = "";
    });
    return input;
  });
  menu(byId("open"), () => [
    { label: "Folder", about: "Its Terraform files replace your text", run: () => folder?.click() },
    { label: "Files", about: "They are added to those that are open", run: () => files?.click() },
  ]);
  menu(byId("take"), actions.takings);
  byId("share").addEventListener("click", actions.share);
}
