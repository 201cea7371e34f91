import type { ParentPort } from 'electron'
import { runEngineService } from '../engine/host/engine-service.ts'
import { servicePort } from '../engine/processes/service-port.ts'
import { spawnThroughMain } from './spawn-through-main.ts'

/** The engine's utility process. Both listen to `parentPort` before its first message: it starts when this ends. */
const { parentPort } = process as unknown as { parentPort: ParentPort }
runEngineService(servicePort(), spawnThroughMain(parentPort))
