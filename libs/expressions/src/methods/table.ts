import type { Surroundings } from '../surroundings.ts';

/** A method of a fixed table: it gets the value, the arguments, and what the evaluation works with. */
export type Method<T> = (self: T, args: readonly unknown[], around: Surroundings) => unknown;

/** The methods of a type; nothing else of a value can be called. */
export type Table<T> = Readonly<Record<string, Method<T>>>;
