import { simulatedWorlds } from './conformance.fixture.ts';
import { conform } from './conformance-suite.fixture.ts';
import { SCENARIOS } from './conformance-scenarios.fixture.ts';

conform(simulatedWorlds, SCENARIOS);
