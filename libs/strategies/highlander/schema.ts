import { takeOverFields } from '@gennaker/extension-sdk/strategy-stages';
import { z } from 'zod';

/** What highlander reads of a cluster's description. */
export const highlanderSchema = z.looseObject(takeOverFields);
