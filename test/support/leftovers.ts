import { removeLeftovers } from "./project.ts";

/** What every run of the e2e tests begins with. */
export const mochaHooks = {
  beforeAll: removeLeftovers,
};
