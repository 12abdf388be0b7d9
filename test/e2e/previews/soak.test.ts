import { TinyPreviews } from "../../support/hosts/tiny-previews.ts";
import { inLong, sampled } from "../../support/quick.ts";
import { happenings } from "../../support/soak/happenings.ts";
import { Soak } from "../../support/soak/soak.ts";

/** The number of events: a run of a few minutes, and the whole under `npm run test:long`. */
const count = inLong ? 1000 : 50;

/** The time that an event may take on average, in seconds. */
const patience = 20;

describe("previews through everything that happens to pull requests", () => {
  const seed = Number(process.env.TOWPATH_TEST_SEED ?? 1);
  const drawn = happenings(seed, count, { open: 4, settleAfter: 25, faultsIn: 100 });
  let previews: TinyPreviews;
  let soak: Soak | undefined;

  before(async () => {
    // Its own small disk is filled, and not this machine's.
    previews = await TinyPreviews.create({ diskMebibytes: 4096 });
    soak = await Soak.begin(previews);
  });
  after(async () => {
    await soak?.end();
    await previews.remove();
  });

  sampled(
    `are what is open, and what is others' stays as it is, after ${count} events (002-130, 002-132)`,
    async function () {
      this.timeout(count * patience * 1000);
      for (const [index, happening] of drawn.entries()) {
        try {
          await soak?.play(happening);
        } catch (error) {
          const how = inLong ? "test:long -- e2e" : "test:e2e --";
          const again = `TOWPATH_TEST_SEED=${seed} npm run ${how} previews/soak`;
          const where = `seed ${seed}, happening ${index}, ${JSON.stringify(happening)}; again: ${again}`;
          const what = error instanceof Error ? error.message : String(error);
          throw new Error(`${where}\n${what}`, { cause: error });
        }
      }
    },
  );
});
