import { useEffect } from 'react'
import { useLocation } from 'react-router'
import { useServices } from './services-context.ts'

interface ReturnPaths {
  readonly search: string
  readonly library: string
}

/** Where Search and Library were left: going back to a screen finds it as it was. */
export function useReturnPaths(): ReturnPaths {
  const { returnPaths } = useServices()
  const { pathname, search } = useLocation()
  useEffect(() => {
    if (pathname === '/search' || pathname === '/library') returnPaths.set(pathname, pathname + search)
  }, [returnPaths, pathname, search])
  // On the screen itself its entry begins anew.
  const pathOf = (screen: string): string => (pathname === screen ? screen : (returnPaths.get(screen) ?? screen))
  return { search: pathOf('/search'), library: pathOf('/library') }
}
