import { z } from 'zod';

// Runs before any schema parses: the page's policy forbids making code of text, and trying it would be reported as a violation.
z.config({ jitless: true });
