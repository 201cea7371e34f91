import styles from './locked-out.module.css'

/** A browser that came without the key: it says where the right address is. */
export function LockedOut(): React.JSX.Element {
  return (
    <main className={styles.page}>
      <h1>This page needs the address that Akin printed</h1>
      <p>
        Only a page opened with Akin’s own address may see your library. Look at the terminal in which Akin runs: the address
        begins with <code>http://127.0.0.1</code> and ends in <code>#t=…</code>. Open it again from there.
      </p>
      <p>If Akin was started anew, its old addresses no longer work.</p>
    </main>
  )
}
