import { describe, expect, it } from 'vitest'
import { commandForKey, type Command, type KeyPlace } from '../../../../../renderer/app/commands/command.ts'

const command = (id: string, keys: string[], rest: Partial<Command> = {}): Command => ({
  id,
  title: id,
  group: 'Everywhere',
  keys,
  run: () => undefined,
  ...rest,
})
const anywhere: KeyPlace = { isTextField: false, isLayer: false, isControl: false, isWithin: () => false }
const on = { singleKeys: true }

describe('the command of a key', () => {
  it('is that of the most special screen', () => {
    const commands = [command('window', ['k']), command('search', ['k'])]
    expect(commandForKey(commands, 'k', anywhere, on)?.id).toBe('search')
  })

  it('is that of the area with the focus before all others', () => {
    const commands = [command('reader', ['k'], { within: '.reader' }), command('list', ['k'])]
    expect(commandForKey(commands, 'k', anywhere, on)?.id).toBe('list')
    expect(commandForKey(commands, 'k', { ...anywhere, isWithin: () => true }, on)?.id).toBe('reader')
  })

  it('is none while one types, except for those that say so', () => {
    const commands = [command('star', ['s']), command('palette', ['Mod+K'], { inFields: true }), command('all', ['Mod+A'])]
    const typing = { ...anywhere, isTextField: true }
    expect(commandForKey(commands, 's', typing, on)).toBeUndefined()
    expect(commandForKey(commands, 'Mod+A', typing, on)).toBeUndefined()
    expect(commandForKey(commands, 'Mod+K', typing, on)?.id).toBe('palette')
  })

  it('leaves Space and Enter to the button that has the focus', () => {
    const commands = [command('preview', ['Space']), command('open', ['Enter']), command('next', ['j'])]
    const onButton = { ...anywhere, isControl: true }
    expect(commandForKey(commands, 'Space', onButton, on)).toBeUndefined()
    expect(commandForKey(commands, 'Enter', onButton, on)).toBeUndefined()
    expect(commandForKey(commands, 'j', onButton, on)?.id).toBe('next')
  })

  it('is none for single letters when they are turned off, and none in layers', () => {
    const commands = [command('star', ['s']), command('palette', ['Mod+K'])]
    expect(commandForKey(commands, 's', anywhere, { singleKeys: false })).toBeUndefined()
    expect(commandForKey(commands, 'Mod+K', anywhere, { singleKeys: false })?.id).toBe('palette')
    expect(commandForKey(commands, 'Mod+K', { ...anywhere, isLayer: true }, on)).toBeUndefined()
  })

  it('passes over what cannot be done now', () => {
    const commands = [command('first', ['r']), command('second', ['r'], { disabledReason: 'not now' })]
    expect(commandForKey(commands, 'r', anywhere, on)?.id).toBe('first')
  })
})
