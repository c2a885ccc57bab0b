/** A discouraged word, and what to write instead. */
export interface DiscouragedWord {
  word: RegExp;
  instead: string;
}

export function findWords(file: string, text: string, words?: readonly DiscouragedWord[]): string[];
export function findWordsInRepository(words?: readonly DiscouragedWord[]): string[];
