import { removeHosts } from "./hosts/test-host.ts";
import { removeLeftovers } from "./project.ts";

/** What every run of the e2e tests begins and ends with. */
export const mochaHooks = {
  beforeAll: removeLeftovers,
  afterAll: removeHosts,
};
