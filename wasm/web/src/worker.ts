/** The engine, beside the page: whatever it does, typing goes on. */
import { load, SymlintError, type Symlint } from "symlint";

import type { Answer, Question } from "./protocol";

const engine = load();

self.addEventListener("message", (event: MessageEvent<Question>) => {
  void answer(event.data).then((answer) => self.postMessage(answer));
});

async function answer(question: Question): Promise<Answer> {
  const { id } = question;
  try {
    return { id, ...reply(await engine, question) };
  } catch (error) {
    if (error instanceof SymlintError) {
      const { kind, message, help, location, report } = error;
      return { id, problem: { kind, message, help, location, report } };
    }
    return { id, crashed: error instanceof Error ? error.message : String(error) };
  }
}

function reply(symlint: Symlint, question: Question) {
  switch (question.ask) {
    case "check":
      return { report: symlint.check(question.files, question.options) };
    case "fix":
      return { fixed: symlint.fix(question.files, question.options) };
    case "render":
      return { text: symlint.render(question.files, question.format, question.options) };
    case "explain":
      return { page: symlint.explain(question.rule) };
  }
}
