import "./setup/speed/stack-traces.ts";
import { application } from "./application.ts";
import { deploy } from "./components/environment/deploy.ts";
import { loadSettings } from "./components/environment/load-settings.ts";

export default await deploy(application, loadSettings(application.name));
