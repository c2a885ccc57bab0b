/** A discouraged word, what to write instead, and how many occurrences are tolerated. */
export interface DiscouragedWord {
  word: RegExp;
  instead: string;
  limit: number;
}

export function findWord(word: DiscouragedWord, file: string, text: string): string[];
export function checkVocabulary(words?: readonly DiscouragedWord[]): string[];
