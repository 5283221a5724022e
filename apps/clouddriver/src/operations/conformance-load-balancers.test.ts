import { simulatedWorlds } from './conformance.fixture.ts';
import { LOAD_BALANCER_SCENARIOS } from './conformance-load-balancers.fixture.ts';
import { conform } from './conformance-suite.fixture.ts';

conform(simulatedWorlds, LOAD_BALANCER_SCENARIOS);
