import { removeHosts } from "./hosts/test-host.ts";
import { removeLeftovers } from "./project.ts";

/** The beginning and end of every run of the e2e tests. */
export const mochaHooks = {
  beforeAll: removeLeftovers,
  afterAll: removeHosts,
};
