import type { RequestName } from '../shared/contract/requests.ts'

/**
 * The requests of the contract, each of which is a channel of its own. The preload script needs their names without the
 * schemas; the type makes this list follow the contract: a name too many or too few does not compile.
 */
const requestChannels: Readonly<Record<RequestName, true>> = Object.freeze({
  'library.status': true,
  'library.facets': true,
  'library.disk': true,
  'library.undo': true,
  'documents.list': true,
  'documents.ids': true,
  'documents.get': true,
  'documents.original': true,
  'documents.import': true,
  'documents.update': true,
  'documents.trash': true,
  'documents.restore': true,
  'documents.purge': true,
  'documents.reindex': true,
  'search.query': true,
  'search.passages': true,
  'search.sentences': true,
  'search.suggest': true,
  'search.saved': true,
  'search.save': true,
  'search.unsave': true,
  'similar.find': true,
  'similar.hide': true,
  'similar.unhide': true,
  'jobs.list': true,
  'jobs.get': true,
  'jobs.pause': true,
  'jobs.resume': true,
  'jobs.cancel': true,
  'jobs.retry': true,
  'jobs.clear': true,
  'index.rebuild': true,
  'sample.add': true,
  'sample.remove': true,
  'models.list': true,
  'models.download': true,
  'models.inspect': true,
  'models.import': true,
  'models.remove': true,
  'spaces.list': true,
  'spaces.check': true,
  'spaces.add': true,
  'spaces.use': true,
  'spaces.remove': true,
  'spaces.compare': true,
  'keys.describe': true,
  'keys.set': true,
  'keys.remove': true,
  'lab.tokens': true,
  'lab.steps': true,
  'lab.similarity': true,
  'lab.nearestTokens': true,
  'settings.get': true,
  'settings.set': true,
  'images.load': true,
  'about.get': true,
  'host.describe': true,
  'host.pick': true,
  'host.open': true,
  'host.reveal': true,
  'host.link': true,
})

export const requestNames = Object.freeze(Object.keys(requestChannels)) as readonly RequestName[]

/** Whether a name is a request's. Nothing that an object inherits passes. */
export function isRequestChannel(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requestChannels, name)
}

/** The other channels between the window and the main process; no request has a colon in its name. */
export const channels = Object.freeze({
  /** Window → main: gives up a request by its id. */
  cancel: 'akin:cancel',
  /** Window → main: the paths of a drop, for grants. */
  grantFiles: 'akin:grant-files',
  /** Main → window: an event of the contract. */
  event: 'akin:event',
})
