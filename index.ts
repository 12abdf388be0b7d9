import "./components/stack-traces.ts";
import { application } from "./application.ts";
import { Environment } from "./components/environment.ts";
import { loadSettings } from "./components/load-settings.ts";

const settings = loadSettings(application.name);
const environment = new Environment(settings.namespace, { application, settings });

export const { url, release, services, namespace, port } = environment;
