import './app/zod-without-eval.ts'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { LockedOut } from './app/locked-out.tsx'
import { createServices, loadServices } from './app/services.ts'
import { applyRememberedTheme } from './app/theme.ts'
import { createClient } from './client/create-client.ts'

applyRememberedTheme()

const root = createRoot(document.querySelector('#root')!)
const client = createClient()
if (client === null) root.render(<LockedOut />)
else {
  const services = createServices(client)
  loadServices(services)
  root.render(<App services={services} />)
}
