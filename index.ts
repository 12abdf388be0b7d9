import "./components/stack-traces.ts";
import { application } from "./application.ts";
import { deploy } from "./components/deploy.ts";
import { loadSettings } from "./components/load-settings.ts";

export default await deploy(application, loadSettings(application.name));
