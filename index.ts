import { deploy, loadSettings } from "towpath";
import { application } from "./application.ts";

export default await deploy(application, loadSettings(application.name));
