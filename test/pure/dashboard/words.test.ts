// Everything that people read on the screens is in dashboard/src/words/: this finds text that is not.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";

const SRC = join(import.meta.dirname, "../../../dashboard/src");

/** Attributes, parameters and properties whose text is read by people, be it a single word. */
const READ = new Set(
  [
    "alt aria-description aria-label aria-roledescription aria-valuetext button caption column columns done empty error",
    "face failure figures head heading hint label lead legend more names none placeholder text title what",
  ].flatMap((line) => line.split(" ")),
);
/** Functions whose argument is shown. */
const SHOWN = /^set(Error|Complaint|Message|Notice|Said|Title)$/;
/** Attributes and properties whose text only machines read. */
const TECHNICAL = new Set(
  [
    "class className classList style d transform viewBox id key href type name value path role method headers",
    "data-code preserveAspectRatio autocomplete",
  ].flatMap((line) => line.split(" ")),
);
/** Calls whose texts are code: CSS selectors, what the browser listens to, formats, values of the API. */
const CODE_CALLS =
  /^(querySelector|querySelectorAll|closest|matchMedia|getContext|addEventListener|split|join|replace|replaceAll|includes|startsWith|endsWith)$/;
/** Files whose texts are not sentences of the screen. */
const FILES: Record<string, string> = {
  "data/zone-places.ts": "a table of time zones",
  "panels/world-map/world-outlines.ts": "a table of outlines",
};
/** Texts that stand where words are looked for, and are none. */
const TEXTS = new Set([
  // Lists of countries in data/choice.ts.
  "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK BG",
  "CH LI",
  // Names of properties of events, joined by the API.
  "form field",
  "message file line",
  // Devices, as the API names them.
  "Mobile",
  "Tablet",
  // What a canvas draws with.
  "16px sans-serif",
]);
/** Sentences that only developers read: thrown where a programmer made a mistake. */
const ERRORS = /^(Error|TypeError|RangeError)$/;
/** Names of keys, as the browser calls them, and of a browser's own errors. */
const KEY_NAMES = new Set([
  "Backspace",
  "Escape",
  "Enter",
  "Home",
  "End",
  "ArrowDown",
  "ArrowUp",
  "PageDown",
  "PageUp",
  "Tab",
  "AbortError",
]);
/** Code in texts, `{}` for each value: SVG paths and boxes, fonts, search text, HTML for the owner's pages. */
const CODE = [
  /^M[\d.-][MmLlHhVvCcSsAaZz\d.\s-]*$/,
  /^\{\}L\{\} \{\}L\{\} \{\}Z$/,
  /^M\{\} \{\}h1v1h-1z$/,
  /^[LM{} \d]+$/,
  /^500 12px \{\}$/,
  /^rgb\(\{\} \{\} \{\} \/ \{\}\)$/,
  /^<script defer src="\{\}" data-site-id="\{\}"><\/script>$/,
  /^<img src="\{\}" alt="\{\}">$/,
];

// biome-ignore lint/suspicious/noExplicitAny: nodes of the parser's tree, of which few kinds matter here
type Node = any;
type Found = { line: number; text: string };

const hasLetter = (text: string): boolean => /\p{L}/u.test(text);
const isSentence = (text: string): boolean => hasLetter(text) && /\s/.test(text);
/** Code has few words with a capital. */
const isWord = (text: string): boolean => /^\p{Lu}\p{Ll}+$/u.test(text) && !KEY_NAMES.has(text);

/** The text of a literal, with `{}` for each value in it; null for what is no literal. */
function textOf(node: Node): string | null {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type !== "TemplateLiteral") return null;
  return node.quasis.map((quasi: Node) => quasi.value.cooked).join("{}");
}

/** What an expression may come to, as far as it is written down there: the branches of conditions, entries of lists. */
function outcomes(node: Node): Node[] {
  switch (node?.type) {
    case "ConditionalExpression":
      return [...outcomes(node.consequent), ...outcomes(node.alternate)];
    case "LogicalExpression":
      return [...outcomes(node.left), ...outcomes(node.right)];
    case "BinaryExpression":
      return node.operator === "+" ? [...outcomes(node.left), ...outcomes(node.right)] : [];
    case "ArrayExpression":
      return node.elements.flatMap(outcomes);
    case "ArrowFunctionExpression":
      return node.expression ? outcomes(node.body) : [];
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "ParenthesizedExpression":
    case "JSXExpressionContainer":
      return outcomes(node.expression);
    default:
      return node ? [node] : [];
  }
}

const nameOf = (node: Node): string => String(node?.name?.name ?? node?.name ?? node?.value ?? "");

/** Text that people would read, outside of words/. */
function findText(file: string, code: string): Found[] {
  const { program, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]!.message}`);
  const found = new Map<number, Found>();
  const add = (node: Node, text: string): void => {
    const shown = text.trim();
    if (!TEXTS.has(text)) found.set(node.start, { line: code.slice(0, node.start).split("\n").length, text: shown });
  };
  /** Adds the literals that an expression may come to, single words too. */
  const addRead = (node: Node): void => {
    for (const one of outcomes(node)) {
      const text = textOf(one);
      if (text !== null && hasLetter(text)) add(one, text);
    }
  };
  const visit = (node: Node): void => {
    if (Array.isArray(node)) {
      for (const one of node) visit(one);
      return;
    }
    if (!node || typeof node.type !== "string") return;
    switch (node.type) {
      case "ImportDeclaration":
      case "ImportExpression":
      case "ExportAllDeclaration":
      case "TSTypeAliasDeclaration":
      case "TSInterfaceDeclaration":
      case "TSTypeAnnotation":
      case "TSTypeParameterInstantiation":
        return;
      case "TSAsExpression":
      case "TSSatisfiesExpression":
        visit(node.expression);
        return;
      case "JSXText":
        if (hasLetter(node.value)) add(node, node.value);
        return;
      case "JSXAttribute":
        if (TECHNICAL.has(nameOf(node))) return;
        if (READ.has(nameOf(node))) addRead(node.value);
        break;
      case "JSXElement":
      case "JSXFragment":
        for (const child of node.children) if (child.type === "JSXExpressionContainer") addRead(child);
        break;
      case "Property":
        if (TECHNICAL.has(nameOf(node.key)) && textOf(node.value) !== null) return;
        if (READ.has(nameOf(node.key))) addRead(node.value);
        visit(node.value);
        return;
      case "VariableDeclarator":
        break;
      case "NewExpression":
        if (ERRORS.test(nameOf(node.callee))) return;
        break;
      case "CallExpression": {
        const callee = nameOf(node.callee.property ?? node.callee);
        if (SHOWN.test(callee)) for (const argument of node.arguments) addRead(argument);
        if (CODE_CALLS.test(callee)) {
          visit(node.callee);
          for (const argument of node.arguments) if (textOf(argument) === null) visit(argument);
          return;
        }
        break;
      }
      case "AssignmentExpression":
        if (nameOf(node.left.property) === "title") addRead(node.right);
        break;
    }
    const text = textOf(node);
    if (text !== null && (isSentence(text) || isWord(text)) && !CODE.some((one) => one.test(text))) add(node, text);
    for (const [key, value] of Object.entries(node)) if (key !== "type" && typeof value === "object") visit(value);
  };
  visit(program);
  return [...found.values()];
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter(
  (file) => /\.tsx?$/.test(file) && !file.startsWith("words/") && !Object.hasOwn(FILES, file),
);

describe("text of the screens", () => {
  it("is in words/ only", () => {
    const found = files.flatMap((file) =>
      findText(file, readFileSync(join(SRC, file), "utf8")).map(({ line, text }) => `${file}:${line} ${text}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    "<p>Hello world</p>",
    "<p>Hello</p>",
    '<p title="Hello" />',
    '<Field label="Name" hint={props.hint} />',
    '<Field label={props.isNew ? "Name" : words.name} />',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a sample of code
    "<a aria-label={`Delete ${props.name}`} />",
    "<input placeholder={`Search`} />",
    '<TableHeads names={["Page"]} />',
    "<Show when={ready()} fallback={<p>Waiting</p>} />",
    '<Show when={ready()} fallback="Not ready yet" />',
    '<p>{isOn() ? "on" : words.off}</p>',
    '<p>{isOn() && "on"}</p>',
    '<p>{words.of}{" in "}{words.page}</p>',
    'setError("Something failed")',
    'setComplaint("Missing")',
    'document.title = "Hello"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a sample of code
    "document.title = `Hello · ${name}`",
    'throw new ApiError("offline", 0, "The server cannot be reached.")',
    'const KINDS = [{ value: "run", label: "Run" }]',
    'const STATES = { running: "Running" }',
    'const hint = "Shown in reports."',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a sample of code
    "const sentence = `${count} visitors`",
  ])("is found in %s", (code) => {
    expect(
      findText("sample.tsx", `const sample = () => { ${code.startsWith("<") ? `return ${code};` : code} };`),
    ).not.toEqual([]);
  });

  it.each([
    "<p>{words.hello}</p>",
    '<p class="panel-note wide">{words.hello} · {formatCount(3)}</p>',
    '<path d="M0 0h1v1z" />',
    '<Show when={state() === "loading"}>{" "}</Show>',
    'throw new Error("page must lie below a property")',
    'document.querySelector("dialog[open], [role=menu]")',
    'const shape: { label: "two words" } | null = null',
  ])("is not seen in %s", (code) => {
    expect(
      findText("sample.tsx", `const sample = () => { ${code.startsWith("<") ? `return ${code};` : code} };`),
    ).toEqual([]);
  });

  it("needs no exception for a file that is gone", () => {
    const all = new Set(readdirSync(SRC, { recursive: true, encoding: "utf8" }));
    expect(Object.keys(FILES).filter((file) => !all.has(file))).toEqual([]);
  });
});
