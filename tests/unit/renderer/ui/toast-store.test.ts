import { expect, it, vi } from 'vitest'
import { createToastStore } from '../../../../renderer/ui/toast-store.ts'

it('shows the last three and remembers what can be taken back', () => {
  const toasts = createToastStore()
  for (const message of ['a', 'b', 'c', 'd']) toasts.show({ message, undo: () => undefined })
  expect(toasts.store.getState().toasts.map(({ message }) => message)).toEqual(['b', 'c', 'd'])
  expect(toasts.store.getState().undoable).toHaveLength(4)
})

it('takes back the last change that can be, though its toast is gone', () => {
  const toasts = createToastStore()
  const [first, second] = [vi.fn<() => void>(), vi.fn<() => void>()]
  toasts.show({ message: 'first', undo: first })
  toasts.show({ message: 'second', undo: second })
  toasts.show({ message: 'only said' })
  for (const { id } of toasts.store.getState().toasts) toasts.dismiss(id)
  expect(toasts.undoLast()).toBe(true)
  expect(second).toHaveBeenCalledOnce()
  expect(toasts.undoLast()).toBe(true)
  expect(first).toHaveBeenCalledOnce()
  expect(toasts.undoLast()).toBe(false)
})
