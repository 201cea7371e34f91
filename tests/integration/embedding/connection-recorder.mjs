// Loaded into every process of an engine by `--import`: whatever reaches for the network is written down and refused. Pipes
// and the sockets of this computer's own files are no network.

import { appendFileSync } from 'node:fs'
import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'
import { syncBuiltinESMExports } from 'node:module'

const file = process.env.AKIN_TEST_CONNECTIONS

function refuse(what) {
  appendFileSync(file, `${process.argv[1] ?? ''} ${what}\n`)
  throw new Error(`no network here: ${what}`)
}

const connect = Reflect.get(net.Socket.prototype, 'connect')
net.Socket.prototype.connect = function (...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args
  const path = typeof first === 'object' ? first?.path : typeof first === 'string' && !/^\d+$/.test(first) ? first : undefined
  if (path === undefined) refuse(`connects to ${JSON.stringify(first)}`)
  return connect.apply(this, args)
}
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  dns[name] = (host) => refuse(`looks up ${host}`)
  dns.promises[name] = async (host) => refuse(`looks up ${host}`)
}
dgram.createSocket = () => refuse('opens a datagram socket')
syncBuiltinESMExports()

// For the test of this file, and of what a process can still reach
process.on('message', (message) => {
  if (message?.type !== 'reach') return
  fetch(message.address).then(
    () => process.send({ type: 'reached', error: null }),
    (error) => process.send({ type: 'reached', error: `${error.name} ${error.code ?? ''}: ${error.message}` }),
  )
})
