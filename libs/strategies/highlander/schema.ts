import { takeOverFields } from '@gennaker/contracts/strategy-settings';
import { z } from 'zod';

/** What highlander reads of a cluster's description. */
export const highlanderSchema = z.looseObject(takeOverFields);
