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
  private readonly load: () => Promise<void>;

  private constructor(socket: WebSocket, load: () => Promise<void>) {
    this.socket = socket;
    this.load = load;
    socket.on("message", (data) => this.messages.push(JSON.parse((data as Buffer).toString()) as Message));
  }

  /** Loads modules as the page does, because the server only reports those that are in use, and connects. */
  static async open(url: string, modules: readonly string[]): Promise<HotUpdates> {
    const client = await (await request(`${url}/@vite/client`)).text();
    const token = /const wsToken = "([^"]+)"/.exec(client)?.[1] ?? "";
    const load = async (): Promise<void> => {
      for (const module of modules) await (await request(url + module)).text();
    };
    await load();
    const address = `${url.replace("http", "ws")}/?token=${token}`;
    const socket = new WebSocket(address, "vite-hmr", { handshakeTimeout: 10_000 });
    const page = new HotUpdates(socket, load);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve).once("error", reject);
    });
    return page;
  }

  /**
   * Loads the modules again if the server asked the page to, as it does when it finds a package late that it has to prepare,
   * on a busy machine after the page is open. Tells whether it did.
   */
  async reloadsIfAsked(): Promise<boolean> {
    const asked = this.messages.findIndex(({ type }) => type === "full-reload");
    if (asked === -1) return false;
    this.messages.splice(0, asked + 1);
    await this.load();
    return true;
  }

  /** Returns the kind of update that the page got for a changed module; undefined before it got one. */
  updates(path: string): string | undefined {
    return this.messages.flatMap(({ updates = [] }) => updates).find((update) => update.path === path)?.type;
  }

  close(): void {
    this.socket.close();
  }
}
