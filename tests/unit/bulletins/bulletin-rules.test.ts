import { describe, expect, it } from 'vitest';
import type { BulletinState } from '#contract/bulletin.ts';
import {
  type BulletinAct,
  checkContent,
  checkDraft,
  checkRevision,
  decideApproval,
  nextState,
  planRevision,
} from '../../../server/bulletins/bulletin-rules.ts';

const states: BulletinState[] = ['draft', 'submitted', 'approved', 'rejected'];
const acts: BulletinAct[] = ['edit', 'preview', 'submit', 'approve', 'reject'];
const refused = (code: string) => expect.objectContaining({ code }) as Error;

describe('the states of a bulletin', () => {
  it('lead to approved by one act alone, and from one state alone', () => {
    const ways = states.flatMap((state) =>
      acts
        .filter((act) => {
          try {
            return nextState(state, act) === 'approved';
          } catch {
            return false;
          }
        })
        .map((act) => `${state} ${act}`),
    );
    expect(ways).toEqual(['submitted approve']);
  });

  it('lead back to draft by every edit', () => {
    expect(states.map((state) => nextState(state, 'edit'))).toEqual(['draft', 'draft', 'draft', 'draft']);
  });

  it('refuse what does not fit, by its name', () => {
    for (const state of ['approved', 'rejected'] as const) {
      expect(() => nextState(state, 'submit')).toThrow(refused('bulletin-not-draft'));
      expect(() => nextState(state, 'preview')).toThrow(refused('bulletin-not-draft'));
    }
    for (const state of ['draft', 'approved', 'rejected'] as const) {
      expect(() => nextState(state, 'approve')).toThrow(refused('bulletin-not-submitted'));
      expect(() => nextState(state, 'reject')).toThrow(refused('bulletin-not-submitted'));
    }
    expect(() => checkRevision(3, 2)).toThrow(refused('bulletin-changed-since'));
  });
});

describe('an edit', () => {
  it('keeps what was frozen and what another person wrote, and counts up in every case', () => {
    const current = { revision: 4, isFrozen: false, editorId: 'an' };
    expect(planRevision(current, 'an')).toEqual({ revision: 5, keepsCurrent: false });
    expect(planRevision({ ...current, isFrozen: true }, 'an')).toEqual({ revision: 5, keepsCurrent: true });
    expect(planRevision(current, 'bình')).toEqual({ revision: 5, keepsCurrent: true });
  });
});

describe('an approval', () => {
  const bulletin = { state: 'submitted' as const, revision: 2, makerIds: ['an', 'bình'], renditionSha256: 'aa' };
  const wanted = { approverId: 'chi', revision: 2, renditionSha256: 'aa' };

  it('is given by another person to this revision and this audio', () => {
    expect(decideApproval(bulletin, wanted)).toBe('approved');
  });

  it.each([
    ['its maker', bulletin, { ...wanted, approverId: 'bình' }, 'approver-is-author'],
    ['a draft', { ...bulletin, state: 'draft' as const }, wanted, 'bulletin-not-submitted'],
    ['another revision', bulletin, { ...wanted, revision: 1 }, 'bulletin-changed-since'],
    ['other audio', bulletin, { ...wanted, renditionSha256: 'bb' }, 'audio-not-those-heard'],
    ['no audio', { ...bulletin, renditionSha256: undefined }, wanted, 'bulletin-not-rendered'],
  ])('is refused for %s', (_what, question, wish, code) => {
    expect(() => decideApproval(question, wish)).toThrow(refused(code));
  });
});

describe('the content', () => {
  const draft = { kind: 'text' as const, title: 'Tin', text: 'Xin chào', uploadId: null, language: 'vi', source: '', topics: [] };

  it('must have a title, a language that can be read, and a recording where it is one', () => {
    expect(() => checkContent(draft)).not.toThrow();
    expect(() => checkContent({ ...draft, title: '' })).toThrow(refused('title-empty'));
    expect(() => checkContent({ ...draft, language: 'km' })).toThrow(refused('text-unsayable'));
    expect(() => checkContent({ ...draft, kind: 'recording', language: 'km' })).toThrow(refused('bulletin-without-content'));
    expect(() => checkContent({ ...draft, kind: 'recording', language: 'km', uploadId: 'u' })).not.toThrow();
  });

  it('has single lines without control characters, and no recording beside a text', () => {
    expect(() => checkDraft(draft)).not.toThrow();
    for (const more of [{ title: 'a\nb' }, { source: 'a\u202Eb' }, { topics: ['\u0000'] }]) {
      expect(() => checkDraft({ ...draft, ...more })).toThrow(refused('text-has-control-characters'));
    }
    expect(() => checkDraft({ ...draft, uploadId: 'u' })).toThrow(refused('request-invalid'));
  });
});
