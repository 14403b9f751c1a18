import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A loopback TCP relay in front of the server that a test can cut like a 4G link: what is open breaks, what is new is refused. */
export class CuttableLink implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #far = new Set<Socket>();
  #isCut = false;
  #isHeldDown = false;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(port: number): Promise<CuttableLink> {
    const holder: { link?: CuttableLink } = {};
    const server = createServer((near) => {
      if (holder.link) holder.link.relay(near, port);
      else near.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const link = new CuttableLink(server);
    holder.link = link;
    return link;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** What goes up still arrives; nothing comes down any more, so no acknowledgement either. */
  holdDown(): void {
    this.#isHeldDown = true;
    for (const far of this.#far) far.pause();
  }

  /** What was held back is lost: whoever dials again begins anew. */
  restore(): void {
    if (this.#isHeldDown) for (const socket of this.#sockets) socket.destroy();
    this.#isCut = false;
    this.#isHeldDown = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  private relay(near: Socket, port: number): void {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
    this.#far.add(far);
    far.on('close', () => this.#far.delete(far));
    if (this.#isHeldDown) far.pause();
  }
}
