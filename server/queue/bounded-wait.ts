/** What `work` gives, or `otherwise` when it takes longer. The work goes on; a failure of it after the wait is nobody's. */
export async function boundedWait<T, O>(work: Promise<T>, waitMaxMs: number, otherwise: O): Promise<T | O> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<O>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), waitMaxMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
