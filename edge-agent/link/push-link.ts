import type { DownLink, UpLink } from '#contract/agent-link.ts';

/** The quick road to the server. It may fail at any moment: nothing depends on it but haste. */
export interface PushLink {
  open(): void;
  close(): Promise<void>;
  readonly isConnected: boolean;
  /** Whether the broker took it; it may still be lost behind it. */
  publish(up: UpLink): Promise<boolean>;
  /** Areas whose emergencies concern this receiver. */
  setAreas(areaIds: readonly string[]): void;
}

export interface PushHandlers {
  onConnected(): void;
  onDown(down: DownLink): void;
}
