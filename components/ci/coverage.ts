import { XMLParser } from "fast-xml-parser";

/** The share of lines that a Cobertura report says are covered, in percent; undefined when the text is no such report. */
export function lineCoverage(report: string): number | undefined {
  const coverage = rootOf(report);
  if (coverage === undefined) return undefined;
  const [covered, valid, rate] = ["lines-covered", "lines-valid", "line-rate"].map((name) =>
    Number(coverage[name] ?? Number.NaN),
  ) as [number, number, number];
  // The counts are exact where the rate is rounded; nothing to cover is covered.
  if (Number.isFinite(covered) && Number.isFinite(valid)) return valid === 0 ? 100 : (covered / valid) * 100;
  return Number.isFinite(rate) ? rate * 100 : undefined;
}

/** A percentage as people read it, never rounded up to one that was not reached. */
export function percent(value: number): string {
  return `${Math.floor(value * 10) / 10} %`;
}

function rootOf(report: string): Record<string, string> | undefined {
  try {
    const parsed = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: "",
      parseAttributeValue: false,
      // Only the root's attributes are read: what is inside may be long.
      stopNodes: ["coverage.packages"],
    }).parse(report) as { coverage?: Record<string, string> | string };
    return typeof parsed.coverage === "object" ? parsed.coverage : undefined;
  } catch {
    return undefined;
  }
}
