// Validates selectors with the parser's grammar, restricted to what `querySelector` accepts in every browser.
import type { AstEntity, AstSelector, ParserError, SyntaxDefinition } from "css-selector-parser";
import { Problem } from "../domain/requests/problem";

/** Without namespaces, columns, nesting and pseudo-elements: browsers throw on them or match nothing. */
const SYNTAX: SyntaxDefinition = {
  tag: { wildcard: true },
  ids: true,
  classNames: true,
  combinators: [">", "+", "~"],
  attributes: {
    operators: ["=", "~=", "|=", "^=", "$=", "*="],
    caseSensitivityModifiers: ["i", "I"],
    unknownCaseSensitivityModifiers: "reject",
  },
  pseudoClasses: {
    unknown: "reject",
    definitions: {
      NoArgument: (
        "active any-link autofill checked default defined disabled empty enabled first-child first-of-type focus " +
        "focus-visible focus-within fullscreen hover in-range indeterminate invalid last-child last-of-type link modal " +
        "only-child only-of-type optional out-of-range placeholder-shown read-only read-write required root scope " +
        "target user-invalid user-valid valid visited"
      ).split(" "),
      Formula: ["nth-of-type", "nth-last-of-type"],
      FormulaOfSelector: ["nth-child", "nth-last-child"],
      String: ["dir", "lang"],
      Selector: ["has", "is", "not", "where"],
    },
  },
};

/** True for a `:has()` inside another, which browsers reject. */
function isNested(part: unknown, within = false): boolean {
  if (typeof part !== "object" || part === null) return false;
  const node = part as Partial<AstEntity> & { name?: unknown };
  const isHas = node.type === "PseudoClass" && node.name === "has";
  return (isHas && within) || Object.values(part).some((child) => isNested(child, within || isHas));
}

function refuse(reason: string): never {
  const message = `selector cannot be read: ${reason}`;
  throw new Problem("invalid", message, [{ path: "selector", message }]);
}

/** The parser's reason, without the parser's name. */
function reasonOf(error: unknown): string {
  const { message, position } = error as ParserError;
  const reason = message.replace(/^.*?parse error: /s, "").replace(/\.? Pos: -?\d+\.$/, "");
  return `${reason.charAt(0).toLowerCase()}${reason.slice(1)} (position ${Math.max(position, 0)})`;
}

/** @throws Problem invalid with the parser's reason. */
export async function requireSelector(selector: string): Promise<void> {
  // Loaded on demand, because only owners need it and it would slow down the start of collect.
  const { createParser } = await import("css-selector-parser");
  const parse = createParser({ syntax: SYNTAX });
  let parsed: AstSelector;
  try {
    parsed = parse(selector);
  } catch (error) {
    refuse(reasonOf(error));
  }
  if (isNested(parsed)) refuse(":has() must not stand within :has()");
}
