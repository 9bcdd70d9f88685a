//! `catalyst dev`: receiver, store and page, until it is told to end.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::TcpListener;

use super::asked::DEFAULT_DB;
use super::options::{Given, parse};
use super::{Outcome, say};
use crate::http::parameters::range_ms;
use crate::http::{self, SERVER};
use crate::store::retention::{Retention, enforce};
use crate::store::{Place, Store};

const DEFAULT_PORT: u16 = 8799;
const DEFAULT_KEEP: &str = "30d";
const DEFAULT_MAX_SIZE: &str = "2GiB";
/// An empty store has some pages, too.
const MIN_MAX_BYTES: u64 = 10 << 20;
/// How often is looked for what has to go.
const RETENTION_MS: u64 = 15_000;

/// Asking who has the port must not take long.
const ASKING_MS: u64 = 500;

const HELP: &str = "Usage: catalyst-tracing dev [options]

Receives traces at http://localhost:8799 and shows them there. An app that uses catalyst-tracing
sends its traces to it without further ado; any other can send OTLP over HTTP.

Options:
  --port NUMBER     another port
  --host ADDRESS    another address than loopback: who reaches it reads your traces
  --db FILE         another file than .catalyst/traces.db
  --memory          keeps nothing when it ends
  --keep TIME       deletes traces that are older: 12h, 7d, 4w; 30d if not given
  --max-size SIZE   deletes the oldest traces beyond it: 500MiB, 1GiB; 2GiB if not given
  --token TEXT      takes spans only with `Authorization: Bearer TEXT`
  --help            prints this
";

#[derive(Debug)]
struct Options {
    port: u16,
    host: Option<String>,
    place: Place,
    token: Option<String>,
    retention: Retention,
}

pub fn run(arguments: &[String]) -> Outcome {
    let given =
        match parse(arguments, &["port", "host", "db", "token", "keep", "max-size"], &["memory"]) {
            Ok(given) => given,
            Err(why) => return Outcome::Misused(why),
        };
    if given.has("help") {
        say(HELP);
        return Outcome::Done;
    }
    match options(&given) {
        Err(why) => Outcome::Misused(why),
        Ok(options) => match serve(options) {
            Ok(()) => Outcome::Done,
            Err(why) => Outcome::Failed(why),
        },
    }
}

fn options(given: &Given) -> Result<Options, String> {
    if let Some(other) = given.others.first() {
        return Err(format!("\"{other}\" is not understood."));
    }
    let port = match given.option("port") {
        None => DEFAULT_PORT,
        Some(text) => text
            .parse()
            .map_err(|_| format!("--port is \"{text}\", and must be a number up to 65535."))?,
    };
    let place = match (given.has("memory"), given.option("db")) {
        (true, Some(_)) => return Err("--memory and --db exclude each other.".to_owned()),
        (true, None) => Place::Memory,
        (false, file) => Place::File(PathBuf::from(file.unwrap_or(DEFAULT_DB))),
    };
    let text = |name| given.option(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let keep_ms = range_ms(given.option("keep").unwrap_or(DEFAULT_KEEP))
        .map_err(|why| format!("--keep: {why}"))?;
    let max_bytes = bytes(given.option("max-size").unwrap_or(DEFAULT_MAX_SIZE))?;
    let retention = Retention {
        keep: Some(Duration::from_millis(keep_ms.unsigned_abs())),
        max_bytes: Some(max_bytes),
    };
    Ok(Options { port, host: text("host"), place, token: text("token"), retention })
}

fn bytes(text: &str) -> Result<u64, String> {
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    let factor: Option<u64> = match unit.to_ascii_lowercase().as_str() {
        "k" | "kib" => Some(1 << 10),
        "m" | "mib" => Some(1 << 20),
        "g" | "gib" => Some(1 << 30),
        "kb" => Some(1_000),
        "mb" => Some(1_000_000),
        "gb" => Some(1_000_000_000),
        _ => None,
    };
    let number = digits.parse::<u64>().ok();
    number
        .zip(factor)
        .and_then(|(number, factor)| number.checked_mul(factor))
        .filter(|bytes| *bytes >= MIN_MAX_BYTES)
        .ok_or_else(|| {
            format!(
                "--max-size is \"{text}\", and must be a size from 10MiB on, as in 500MiB or 1GiB."
            )
        })
}

/// Looks now and then whether something has to go. What goes wrong is tried again.
async fn retain(store: Store, retention: Retention) {
    let mut interval = tokio::time::interval(Duration::from_millis(RETENTION_MS));
    loop {
        interval.tick().await;
        let store = store.clone();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ns = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
        let work = tokio::task::spawn_blocking(move || enforce(&store, retention, now_ns));
        let _ = work.await;
    }
}

fn serve(options: Options) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}."))?;
    runtime.block_on(async {
        let listeners = listen(&options).await?;
        let store_name = match &options.place {
            Place::Memory => "memory".to_owned(),
            Place::File(file) => file.display().to_string(),
        };
        let store = Store::open(&options.place)
            .map_err(|error| format!("cannot open {store_name}: {error}."))?;
        let end = ending().map_err(|error| format!("cannot listen for signals: {error}."))?;
        announce(&options, &listeners, &store_name);
        let served = http::Options { token: options.token, host_name: options.host, store_name };
        let retaining = tokio::spawn(retain(store.clone(), options.retention));
        http::serve(listeners, store, served, end).await;
        retaining.abort();
        Ok(())
    })
}

/// `localhost` is two addresses; a machine may have only one of them.
async fn listen(options: &Options) -> Result<Vec<TcpListener>, String> {
    let addresses: Vec<IpAddr> = match &options.host {
        None => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        Some(host) => {
            let found = tokio::net::lookup_host((host.as_str(), options.port)).await;
            let found = found.map_err(|error| format!("--host {host}: {error}."))?;
            found.map(|address| address.ip()).collect()
        }
    };
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut missing = None;
    for address in addresses {
        // Port 0 is any free one: the same for both.
        let first = listeners.first().and_then(|listener| listener.local_addr().ok());
        let port = first.map_or(options.port, |address| address.port());
        match TcpListener::bind((address, port)).await {
            Ok(listener) => listeners.push(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                return Err(in_use(SocketAddr::new(address, port)));
            }
            Err(error) => {
                missing = Some(format!("cannot listen at {address} port {port}: {error}."))
            }
        }
    }
    match missing {
        Some(why) if listeners.is_empty() => Err(why),
        _ => Ok(listeners),
    }
}

fn in_use(address: SocketAddr) -> String {
    let port = address.port();
    if is_another_of_us(address) {
        format!(
            "catalyst dev is running already: http://localhost:{port}. \
             End it, or choose another port with --port."
        )
    } else {
        format!("port {port} is in use by another program: choose another one with --port.")
    }
}

fn is_another_of_us(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let limit = Duration::from_millis(ASKING_MS);
        let mut stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.write_all(
            b"HEAD /api/about HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        )?;
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer)?;
        Ok(String::from_utf8_lossy(answer.get(..length).unwrap_or_default()).into_owned())
    };
    let name = SERVER.split('/').next().unwrap_or(SERVER);
    ask().is_ok_and(|answer| answer.to_ascii_lowercase().contains(&format!("server: {name}/")))
}

/// Resolves when somebody wants this to end.
#[cfg(unix)]
pub fn ending() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

#[cfg(not(unix))]
pub fn ending() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn announce(options: &Options, listeners: &[TcpListener], store_name: &str) {
    let port = listeners
        .first()
        .and_then(|listener| listener.local_addr().ok())
        .map_or(options.port, |address| address.port());
    let host = options.host.as_deref().unwrap_or("localhost");
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let kept = match options.place {
        Place::Memory => "nothing is kept (--memory)".to_owned(),
        Place::File(_) => format!("kept in {store_name}"),
    };
    say(&format!("Traces at http://{host}:{port}, {kept}. Ctrl-C ends.\n"));
    let is_loopback = |listener: &TcpListener| {
        listener.local_addr().is_ok_and(|address| address.ip().is_loopback())
    };
    if !listeners.iter().all(is_loopback) {
        say("Everybody who reaches this address can read the traces.\n");
    }
}
