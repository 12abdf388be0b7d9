/** The size of a table with its indexes, as the server's statistics know it. */
export interface TableSize {
  /** Left out for a table that was never analysed. */
  readonly rows?: number;
  readonly bytes: number;
}

/** Sizes by the tables' names, without the schema `public`. */
export type TableSizes = ReadonlyMap<string, TableSize>;

/** Up to these, a server reads or writes all of a table in a few hundredths of a second. */
const smallest = { rows: 10_000, bytes: 16 * 1024 * 1024 };

/** Tells whether all of a table is read or written in a moment. */
export function isSmall({ rows = 0, bytes }: TableSize): boolean {
  return rows <= smallest.rows && bytes <= smallest.bytes;
}

/** A size for people: `1,200,000 rows, 310 MB`. */
export function sizeInWords({ rows, bytes }: TableSize): string {
  const megabytes = bytes / (1024 * 1024);
  const size = megabytes < 1 ? "less than 1 MB" : `${Math.round(megabytes).toLocaleString("en-US")} MB`;
  return rows === undefined ? size : `${rows.toLocaleString("en-US")} rows, ${size}`;
}
