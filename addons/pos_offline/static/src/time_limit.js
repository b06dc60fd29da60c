/** The error of something that took too long. */
export class TookTooLong extends Error {}

/** Waits for a promise, and no longer than so many milliseconds. */
export function within(milliseconds, promise, words) {
    let timer;
    const limit = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new TookTooLong(words)), milliseconds);
    });
    return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
