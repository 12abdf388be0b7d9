import { Problem } from "../problem.ts";

/** Something that is done only when a person agrees to it. */
export interface Agreement {
  /** The command and what it does: `rollback: changes what users of production get`. */
  readonly does: string;
  readonly question: string;
  /** What to do where nobody can be asked: `use "… --yes"`. */
  readonly unasked: string;
  /** What became of a no. */
  readonly refused: string;
}

/** Who agrees. */
export interface Agreeing {
  /** True when the person has agreed already. */
  readonly yes: boolean;
  /** Asks the person; undefined where nobody sits at a terminal. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
}

/**
 * Goes on when a person agrees.
 *
 * @throws Problem when nobody can be asked, or the answer is no
 */
export async function agree(
  { does, question, unasked, refused }: Agreement,
  { yes, ask }: Agreeing,
): Promise<void> {
  if (yes) return;
  if (ask === undefined)
    throw new Problem(`${does} and has to be agreed to, got no terminal to ask on; ${unasked}`);
  if (!(await ask(question))) throw new Problem(refused);
}
