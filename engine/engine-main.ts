import { runEngineService } from './host/engine-service.ts'
import { spawnWithNode } from './processes/node-spawn.ts'
import { servicePort } from './processes/service-port.ts'

/** The engine's process in Node; on the desktop `electron/engine-process.ts` takes its place. */
runEngineService(servicePort(), spawnWithNode)
