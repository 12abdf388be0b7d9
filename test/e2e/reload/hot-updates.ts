import { WebSocket } from "ws";
import { request } from "../../support/request.ts";

/** One message of Vite's development server. */
interface Message {
  readonly type: string;
  readonly updates?: readonly { readonly type: string; readonly path: string }[];
}

/** An open page's connection to Vite's development server, without the page: it hears what the page would. */
export class HotUpdates {
  private readonly messages: Message[] = [];
  private readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.messages.push(JSON.parse((data as Buffer).toString()) as Message));
  }

  /** Loads modules as the page does, for the server only tells of those that are in use, and connects. */
  static async open(url: string, modules: readonly string[]): Promise<HotUpdates> {
    const client = await (await request(`${url}/@vite/client`)).text();
    const token = /const wsToken = "([^"]+)"/.exec(client)?.[1] ?? "";
    for (const module of modules) await (await request(url + module)).text();
    const socket = new WebSocket(`${url.replace("http", "ws")}/?token=${token}`, "vite-hmr");
    const page = new HotUpdates(socket);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve).once("error", reject);
    });
    return page;
  }

  /** How the page was told to take a changed module over; undefined before it was. */
  updates(path: string): string | undefined {
    return this.messages.flatMap(({ updates = [] }) => updates).find((update) => update.path === path)?.type;
  }

  close(): void {
    this.socket.close();
  }
}
