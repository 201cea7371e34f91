import { useEffect, useRef, type RefObject } from 'react'

/** A ref that holds the value of the last painted render: for listeners that are set once. */
export function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value)
  useEffect(() => {
    ref.current = value
  })
  return ref
}
