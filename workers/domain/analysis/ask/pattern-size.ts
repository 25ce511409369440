// The size of a regular expression, estimated before it is compiled: compiling one that repeats long parts a thousand times
// takes seconds.

const COUNT = /\{(\d+)(?:,(\d*))?\}/y;
const CLASS = /\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]/sy;
/** The beginning of a group that has a name, flags, or no number. */
const GROUP = /\(\?(?:P?<\w+>|[imsU-]*:)/y;
const ESCAPE = /\\(?:[pPx]\{[^}]*\}|.)/sy;

/** A group that is being read: its size so far, and that of its last part, which a quantifier would repeat. */
interface Group {
  size: number;
  last: number;
}

/** The end of what a sticky expression matches at a position; null where it does not. */
function endOf(expression: RegExp, text: string, at: number): number | null {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : null;
}

function addPart(group: Group, size: number): void {
  group.size += size;
  group.last = size;
}

function repeat(group: Group, times: number): void {
  group.size += group.last * (times - 1);
  group.last *= times;
}

/** How many times `{2}`, `{2,}` or `{2,5}` copies what stands before it. */
function timesIn(count: string): number {
  const [least, most] = count.slice(1, -1).split(",").map(Number);
  return Math.max(most === undefined ? least! : Math.max(least! + 1, most), 1);
}

/** Characters, classes and groups after repetition; roughly the number of instructions. */
export function patternSize(pattern: string): number {
  let group: Group = { size: 0, last: 0 };
  const outer: Group[] = [];
  let at = 0;
  while (at < pattern.length) {
    const char = pattern[at]!;
    let end: number | null = at + 1;
    if (pattern.startsWith("\\Q", at)) {
      const close = pattern.indexOf("\\E", at);
      for (let i = at + 2; i < (close < 0 ? pattern.length : close); i++) addPart(group, 1);
      end = close < 0 ? pattern.length : close + 2;
    } else if (char === "\\" || char === "[") {
      end = endOf(char === "[" ? CLASS : ESCAPE, pattern, at);
      addPart(group, 1);
    } else if (char === "(") {
      end = endOf(GROUP, pattern, at);
      outer.push(group);
      group = { size: 2, last: 0 };
    } else if (char === ")") {
      const { size } = group;
      group = outer.pop() ?? { size: 0, last: 0 };
      addPart(group, size);
    } else if (char === "{") {
      end = endOf(COUNT, pattern, at);
      if (end === null) addPart(group, 1);
      else repeat(group, timesIn(pattern.slice(at, end)));
    } else if ("*+?".includes(char)) {
      group.size += 1;
      group.last += 1;
    } else {
      addPart(group, 1);
    }
    at = end ?? at + 1;
  }
  return outer.reduce((size, open) => size + open.size, group.size);
}
