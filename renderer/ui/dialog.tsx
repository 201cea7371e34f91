import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog as AriaDialog } from 'react-aria-components/Dialog'
import { Heading } from 'react-aria-components/Heading'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { Button } from './button.tsx'
import { cx } from './class-names.ts'
import styles from './dialog.module.css'
import { IconButton } from './icon-button.tsx'

interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
  readonly size?: 'small' | 'medium' | 'large'
  readonly role?: 'dialog' | 'alertdialog'
}

/** A window over the screen; Escape and a click beside it close it. */
export function Dialog(props: DialogProps): React.JSX.Element {
  const { title, isOpen, onClose, children, size = 'medium', role = 'dialog' } = props
  return (
    <ModalOverlay isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable className={styles.scrim} data-layer>
      <Modal className={cx(styles.modal, styles[size])}>
        <AriaDialog role={role} className={styles.dialog}>
          <header className={styles.head}>
            <Heading slot="title" level={2} className={styles.title}>
              {title}
            </Heading>
            {role === 'dialog' && <IconButton icon={X} label="Close" keys="Escape" size="small" onPress={onClose} />}
          </header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

interface ConfirmProps {
  readonly title: string
  readonly isOpen: boolean
  readonly children: ReactNode
  /** What the button does, in its own words: "Delete for good". */
  readonly action: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asked only before what cannot be undone. */
export function ConfirmDialog({ title, isOpen, children, action, onConfirm, onClose }: ConfirmProps): React.JSX.Element {
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose} size="small" role="alertdialog">
      <div className={styles.body}>{children}</div>
      <footer className={styles.foot}>
        <Button autoFocus onPress={onClose}>
          Keep
        </Button>
        <Button
          look="danger-fill"
          onPress={() => {
            onConfirm()
            onClose()
          }}
        >
          {action}
        </Button>
      </footer>
    </Dialog>
  )
}
