import { useEffect, useState } from 'preact/hooks'
import { HealthPage } from './pages/health.js'
import { ImportPage } from './pages/import.js'
import { ImportsPage } from './pages/imports.js'
import { NewImportPage } from './pages/new-import.js'
import { PeoplePage } from './pages/people.js'
import { PersonPage } from './pages/person.js'
import { RecallPage } from './pages/recall.js'
import { SettingsPage } from './pages/settings.js'
import { SignInPage } from './pages/sign-in.js'
import { StoresPage } from './pages/stores.js'
import { Empty } from './parts/feedback.js'
import { Page } from './parts/page.js'
import { Shell } from './parts/shell.js'
import { Toasts } from './parts/toast.js'
import { pathTo, type Route, useRoute } from './router.js'
import { credentials, onSession } from './session.js'

/** The page of an address; its key makes another subject another page. */
function pageOf({ parts: [section, store = '', noun, id = ''], query }: Route) {
  if (section === undefined) return <StoresPage />
  if (section === 'health') return <HealthPage />
  if (section === 'stores' && store === '') return <StoresPage />
  if (section !== 'stores') return <LostPage />
  const shared = { key: `${store}/${noun}/${id}`, store }
  switch (noun) {
    case undefined:
    case 'people':
      return id === '' ? <PeoplePage {...shared} query={query} /> : <PersonPage {...shared} id={id} />
    case 'recall':
      return <RecallPage {...shared} profile={id} />
    case 'imports':
      if (id === 'new') return <NewImportPage {...shared} />
      return id === '' ? <ImportsPage {...shared} /> : <ImportPage {...shared} id={id} />
    case 'settings':
      return <SettingsPage store={store} tab={id === '' ? 'general' : id} />
    default:
      return <LostPage />
  }
}

function LostPage() {
  return (
    <Page title="Not here">
      <div class="panel">
        <Empty title="There is no such page" text="The address may be old or mistyped.">
          <a href={pathTo('stores')}>Go to the stores</a>
        </Empty>
      </div>
    </Page>
  )
}

/** The whole console. */
export function App() {
  const [signedIn, setSignedIn] = useState(credentials() !== undefined)
  useEffect(() => {
    const end = onSession(() => setSignedIn(credentials() !== undefined))
    return () => {
      end()
    }
  }, [])
  const route = useRoute()
  return (
    <>
      {signedIn ? <Shell route={route}>{pageOf(route)}</Shell> : <SignInPage />}
      <Toasts />
    </>
  )
}
