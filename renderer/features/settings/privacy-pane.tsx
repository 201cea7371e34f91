import { Lock, LockOpen, X } from 'lucide-react'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { describeSent, sentTexts } from '../../app/describe-sent.ts'
import { countOf, formatLongDay } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { When } from '../../ui/when.tsx'
import styles from './privacy-pane.module.css'
import { ServicesGroup } from './services-group.tsx'
import { SettingGroup } from './setting-row.tsx'

/** What left this computer, in plain words, and what may. */
export function PrivacyPane(): React.JSX.Element {
  return (
    <>
      <SentGroup />
      <ServicesGroup />
      <PicturesGroup />
      <SettingGroup title="What Akin never does">
        <ul className={styles.never}>
          <li>It has no account and asks for none.</li>
          <li>It counts nothing about you and sends no reports; diagnostics leave only when you copy them yourself.</li>
          <li>
            It reads for meaning with a model on this computer; no text of yours goes anywhere else unless you add a service and
            say yes to it.
          </li>
        </ul>
      </SettingGroup>
    </>
  )
}

function SentGroup(): React.JSX.Element | null {
  const { status } = useServices()
  const library = useStore(status.store, (state) => state.status)
  if (library === null) return null
  const { sent, createdAt } = library
  if (sent.length === 0) {
    return (
      <SettingGroup>
        <p className={styles.line}>
          <Icon of={Lock} />
          <span>
            Nothing has left this computer since this library was set up on {formatLongDay(createdAt)}: no text, no search, no
            name of a file.
          </span>
        </p>
      </SettingGroup>
    )
  }
  return (
    <SettingGroup>
      <p className={styles.line}>
        <Icon of={LockOpen} />
        <span>
          {sentTexts(sent).length > 0
            ? `${describeSent(sent)}, because you said yes to it. Everything that was sent or asked for:`
            : 'None of your texts has left this computer. This was asked for elsewhere, because you wanted it:'}
        </span>
      </p>
      <table className={styles.sent}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Where</th>
            <th scope="col">Since</th>
            <th scope="col" className={styles.number}>
              Times
            </th>
          </tr>
        </thead>
        <tbody>
          {sent.map(({ what, to, since, count }) => (
            <tr key={`${what} ${to}`}>
              <td>{what}</td>
              <td>{to}</td>
              <td>
                <When iso={since} />
              </td>
              <td className={styles.number}>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </SettingGroup>
  )
}

function PicturesGroup(): React.JSX.Element {
  const { settings } = useServices()
  const sites = useStore(settings.store, (state) => state.settings.pictureSites)
  return (
    <SettingGroup title="Pictures in articles">
      <p className={styles.hint}>
        Pictures of other sites are loaded only when you say so, since each site then sees your address and the time.
        {sites.length === 0 ? ' No site is allowed to by itself.' : ` These ${countOf(sites.length, 'site')} may always:`}
      </p>
      <ul>
        {sites.map((site) => (
          <li key={site} className={styles.site}>
            {site}
            <IconButton
              icon={X}
              size="small"
              label={`Ask again for ${site}`}
              onPress={() => settings.update({ pictureSites: sites.filter((one) => one !== site) })}
            />
          </li>
        ))}
      </ul>
    </SettingGroup>
  )
}
