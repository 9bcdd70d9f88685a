//! A collector on a thread of its own that answers as it is told. Holding an answer back is the
//! script's matter: it may block.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

/// Only a test that fails anyway waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Status and header lines, each ending in CR LF.
pub struct Answer(pub u16, pub &'static str);

pub const OK: Answer = Answer(200, "");

type Script = dyn Fn(usize, &[String]) -> Answer + Send + Sync;

/// A running collector; its port is closed when it is dropped.
pub struct Server {
    pub port: u16,
    requests: Receiver<Vec<String>>,
    running: Arc<Mutex<Running>>,
}

#[derive(Default)]
struct Running {
    closed: bool,
    connections: Vec<TcpStream>,
    requests: usize,
    accepted: Vec<String>,
}

impl Server {
    /// `script` gets the request's number and the names of the spans in it.
    pub fn start(script: impl Fn(usize, &[String]) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let running: Arc<Mutex<Running>> = Arc::default();
        let (seen, requests) = channel();
        let script: Arc<Script> = Arc::new(script);
        let shared = Arc::clone(&running);
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                {
                    let mut running = shared.lock().expect("running");
                    if running.closed {
                        return;
                    }
                    running.connections.push(socket.try_clone().expect("a socket"));
                }
                let (shared, script, seen) = (shared.clone(), script.clone(), seen.clone());
                std::thread::spawn(move || serve(socket, &shared, &*script, &seen));
            }
        });
        Self { port, requests, running }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1/traces", self.port)
    }

    /// Blocks until the next request has arrived, and returns the names of its spans.
    pub fn next_request(&self) -> Vec<String> {
        self.requests.recv_timeout(PATIENCE).expect("a request")
    }

    /// The names of all spans that a 2xx was the answer to, in order of arrival.
    pub fn accepted(&self) -> Vec<String> {
        self.running.lock().expect("running").accepted.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut running = self.running.lock().expect("running");
        running.closed = true;
        for connection in &running.connections {
            let _ = connection.shutdown(Shutdown::Both);
        }
        drop(running);
        // Wakes the listener's thread, which then ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Ends with `None` when the client is gone.
fn serve(
    mut socket: TcpStream,
    running: &Mutex<Running>,
    script: &Script,
    seen: &Sender<Vec<String>>,
) -> Option<()> {
    let mut read = Vec::new();
    loop {
        let names = read_request(&mut socket, &mut read)?;
        let number = {
            let mut running = running.lock().expect("running");
            running.requests += 1;
            running.requests - 1
        };
        let _ = seen.send(names.clone());
        let Answer(status, headers) = script(number, &names);
        if (200..300).contains(&status) {
            running.lock().expect("running").accepted.extend(names);
        }
        let head = format!("HTTP/1.1 {status} S\r\ncontent-length: 0\r\n{headers}\r\n");
        socket.write_all(head.as_bytes()).ok()?;
    }
}

fn read_request(socket: &mut TcpStream, read: &mut Vec<u8>) -> Option<Vec<String>> {
    let mut buffer = [0; 65_536];
    let mut more = |read: &mut Vec<u8>| match socket.read(&mut buffer) {
        Ok(0) | Err(_) => None,
        Ok(count) => {
            read.extend(&buffer[..count]);
            Some(())
        }
    };
    let head_end = loop {
        match read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            Some(at) => break at + 4,
            None => more(read)?,
        }
    };
    let head = String::from_utf8_lossy(&read[..head_end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let end = head_end + length.and_then(|length| length.parse::<usize>().ok()).expect("a length");
    while read.len() < end {
        more(read)?;
    }
    let request = ExportTraceServiceRequest::decode(&read[head_end..end]).expect("protobuf");
    read.drain(..end);
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    Some(scopes.flat_map(|scope| scope.spans).map(|span| span.name).collect())
}

/// Lets somebody on another thread wait until it is opened.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, std::sync::Condvar)>);

impl Gate {
    pub fn open(&self) {
        *self.0.0.lock().expect("gate") = true;
        self.0.1.notify_all();
    }

    pub fn wait(&self) {
        let open = self.0.0.lock().expect("gate");
        let waited = self.0.1.wait_timeout_while(open, PATIENCE, |open| !*open);
        assert!(!waited.expect("gate").1.timed_out(), "nobody opened the gate");
    }
}
