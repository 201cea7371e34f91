import { Copy, ExternalLink } from 'lucide-react'
import { useStore } from 'zustand'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import styles from './address-dialog.module.css'
import { addressParts } from './address-parts.ts'
import { useServices } from './services-context.ts'

/** Shows where a link leads before it is followed: its words may say something else. */
export function AddressDialog(): React.JSX.Element {
  const { layers, client, actions, toasts } = useServices()
  const address = useStore(layers.store, (state) => state.address)
  const parts = address === null ? null : addressParts(address)
  const close = (): void => layers.forgetAddress()
  const open = (): void => {
    if (address !== null) client.host.openLink(address).catch((error: unknown) => actions.told(error))
    close()
  }
  const copy = (): void => {
    if (address === null) return
    void navigator.clipboard.writeText(address).then(() => toasts.show({ message: 'The address is copied' }))
    close()
  }
  return (
    <Dialog title="Open in your browser?" isOpen={address !== null} onClose={close} size="medium">
      <div className={styles.body}>
        {parts === null ? (
          <p className={styles.address}>{address}</p>
        ) : (
          <p className={styles.address}>
            {parts.before}
            <b>{parts.host}</b>
            {parts.after}
          </p>
        )}
        <p className={styles.note}>
          {parts === null
            ? 'This address cannot be opened; only web pages and mail addresses can.'
            : 'The site will see your address and the time, as with any page you visit.'}
        </p>
      </div>
      <footer className={styles.foot}>
        <Button look="plain" icon={Copy} onPress={copy}>
          Copy the address
        </Button>
        <Button look="primary" icon={ExternalLink} onPress={open} isDisabled={parts === null} autoFocus>
          Open
        </Button>
      </footer>
    </Dialog>
  )
}
