import type { Bulletin } from '#contract/bulletin.ts';
import { isProblem, UnreachableError } from '../api/problem-error.ts';
import { contentOf, type DraftContent, isSameContent, isWorthKeeping } from './bulletin-draft.ts';

/** `unsaved`: changes wait for a pause in the typing. `torn`: it was changed elsewhere as well, and a person must choose. */
type DraftPhase = 'saved' | 'unsaved' | 'saving' | 'failed' | 'torn';

export interface DraftState {
  content: DraftContent;
  /** What the server holds; undefined before the first save. */
  saved: { bulletinId: string; revision: number; content: DraftContent } | undefined;
  phase: DraftPhase;
  savedAtMs: number | undefined;
  error: unknown;
  /** With `torn`: what stands at the server. */
  theirs: Bulletin | undefined;
}

export interface DraftServer {
  compose(content: DraftContent): Promise<Bulletin>;
  edit(bulletinId: string, revision: number, content: DraftContent): Promise<Bulletin>;
  read(bulletinId: string): Promise<Bulletin>;
}

const PAUSE_MS = 900;
const TRY_AGAIN_MS = 5_000;

/** Keeps what is written safe at the server while it is written, one save at a time, and never over what somebody else wrote. */
export class DraftKeeper {
  readonly #server: DraftServer;
  readonly #watchers = new Set<() => void>();
  #state: DraftState;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | undefined;

  constructor(server: DraftServer, start: DraftContent | Bulletin) {
    this.#server = server;
    const nothing = { savedAtMs: undefined, error: null, theirs: undefined, phase: 'saved' as const };
    this.#state =
      'bulletinId' in start
        ? { ...nothing, content: contentOf(start), saved: savedOf(start), savedAtMs: Date.parse(start.updatedAt) }
        : { ...nothing, content: start, saved: undefined };
  }

  readonly read = (): DraftState => this.#state;

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  change(part: Partial<DraftContent>): void {
    const content = { ...this.#state.content, ...part };
    if (this.#state.phase === 'torn') return this.#set({ content });
    if (!this.#isOwed(content)) {
      clearTimeout(this.#timer);
      this.#set({ content, ...(this.#saving ? {} : { phase: 'saved' as const, error: null }) });
      return;
    }
    this.#set({ content, phase: this.#saving ? 'saving' : 'unsaved' });
    if (!this.#saving) this.#saveAfter(PAUSE_MS);
  }

  /** Saves what is still unsaved. @throws what kept it from that, so that nothing older is previewed or submitted. */
  async settle(): Promise<{ bulletinId: string; revision: number }> {
    await this.#saving;
    if (this.isOwed) await this.#save();
    const { saved, phase, error } = this.#state;
    if (phase === 'failed' || phase === 'torn' || !saved) throw error ?? new Error(`the draft is ${phase}`);
    return saved;
  }

  /** Whether something here is not at the server yet. */
  get isOwed(): boolean {
    return this.#isOwed(this.#state.content);
  }

  /** The page is left: what is owed is saved at once, not after the pause. */
  leave(): void {
    clearTimeout(this.#timer);
    if (this.isOwed && this.#state.phase !== 'torn') void this.#save();
  }

  /** What the server holds now, as the live feed made it be read anew. */
  note(bulletin: Bulletin): void {
    const { saved, content, phase, theirs } = this.#state;
    if (this.#saving || !saved || bulletin.bulletinId !== saved.bulletinId) return;
    const isHandedOver = bulletin.state === 'submitted' || bulletin.state === 'approved';
    if (phase === 'torn') {
      if (theirs && bulletin.revision > theirs.revision) this.#set({ theirs: bulletin });
    } else if (bulletin.revision > saved.revision) {
      if (isSameContent(content, saved.content) || isSameContent(content, contentOf(bulletin))) this.adopt(bulletin);
      else this.#tear(bulletin);
    } else if (isHandedOver && bulletin.revision === saved.revision && !isSameContent(content, saved.content)) {
      // Saving now would take it back from the approver without anybody having said so.
      this.#tear(bulletin);
    }
  }

  /** The server's content takes the place of what is here. */
  adopt(bulletin: Bulletin): void {
    clearTimeout(this.#timer);
    const savedAtMs = Date.parse(bulletin.updatedAt);
    this.#set({
      content: contentOf(bulletin),
      saved: savedOf(bulletin),
      savedAtMs,
      phase: 'saved',
      error: null,
      theirs: undefined,
    });
  }

  /** What is here becomes the next revision after theirs. */
  async keepMine(): Promise<void> {
    const { theirs } = this.#state;
    if (!theirs) return;
    this.#set({ saved: savedOf(theirs), theirs: undefined, error: null, phase: 'unsaved' });
    await this.#save();
  }

  #tear(theirs: Bulletin, error: unknown = null): void {
    clearTimeout(this.#timer);
    this.#set({ phase: 'torn', theirs, error });
  }

  #isOwed(content: DraftContent): boolean {
    const { saved } = this.#state;
    return saved ? !isSameContent(content, saved.content) : isWorthKeeping(content);
  }

  #saveAfter(pauseMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), pauseMs);
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#saving) return this.#saving;
    if (this.#state.phase === 'torn') return;
    this.#saving = this.#saveOnce().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
    // What was typed meanwhile.
    if (this.#state.phase === 'unsaved') this.#saveAfter(PAUSE_MS);
  }

  async #saveOnce(): Promise<void> {
    const { content: sent, saved } = this.#state;
    this.#set({ phase: 'saving', error: null });
    try {
      const reply = saved ? await this.#server.edit(saved.bulletinId, saved.revision, sent) : await this.#server.compose(sent);
      this.#noteSaved(reply, sent);
    } catch (error) {
      if (isProblem(error, 'bulletin-changed-since') && saved) await this.#meetTheirs(saved.bulletinId, sent, error);
      else {
        this.#set({ phase: 'failed', error });
        if (isPassing(error)) this.#saveAfter(TRY_AGAIN_MS);
      }
    }
  }

  /** Refused because of a newer revision. Where that holds these very words, it is our own save whose answer was lost. */
  async #meetTheirs(bulletinId: string, sent: DraftContent, refusal: unknown): Promise<void> {
    try {
      const theirs = await this.#server.read(bulletinId);
      if (isSameContent(contentOf(theirs), sent)) this.#noteSaved(theirs, sent);
      else this.#tear(theirs, refusal);
    } catch (error) {
      this.#set({ phase: 'failed', error });
      this.#saveAfter(TRY_AGAIN_MS);
    }
  }

  #noteSaved(bulletin: Bulletin, sent: DraftContent): void {
    const saved = { bulletinId: bulletin.bulletinId, revision: bulletin.revision, content: sent };
    const isAll = isSameContent(this.#state.content, sent);
    this.#set({ saved, savedAtMs: Date.parse(bulletin.updatedAt), phase: isAll ? 'saved' : 'unsaved', theirs: undefined });
  }

  #set(part: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...part };
    for (const watcher of this.#watchers) watcher();
  }
}

/** What may be over by itself; anything else waits for a change of what is written. */
function isPassing(error: unknown): boolean {
  return error instanceof UnreachableError || isProblem(error, 'too-many-requests') || isProblem(error, 'not-ready');
}

function savedOf(bulletin: Bulletin): DraftState['saved'] {
  return { bulletinId: bulletin.bulletinId, revision: bulletin.revision, content: contentOf(bulletin) };
}
