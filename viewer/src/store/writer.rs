//! The thread that writes. While it commits, requests gather; the next transaction takes all of them.
//! One transaction for many requests is what makes small requests cheap, and it costs nobody any
//! time: who comes alone is written alone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::StoreError;
use super::insert::{Inserted, Known, Outcome, insert};
use crate::intake::Received;

/// What may wait. Beyond it, senders are asked to come back later.
const MAX_WAITING_BYTES: usize = 256 << 20;
/// Enough for a transaction's own costs to vanish; readers see what is new soon all the same.
const MAX_TRANSACTION_BYTES: usize = 16 << 20;
/// What a span takes besides what is counted.
const SPAN_BYTES: usize = 500;

/// What became of a request's spans.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    pub stored: u64,
    pub duplicates: u64,
    pub refused: u64,
}

/// Resolves when the spans are committed, or could not be.
pub struct Receipt(oneshot::Receiver<Result<Written, String>>);

impl Receipt {
    pub async fn written(self) -> Result<Written, String> {
        self.0.await.unwrap_or_else(|_| Err(StoreError::Closed.to_string()))
    }

    /// Not for asynchronous code.
    pub fn wait(self) -> Result<Written, String> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(StoreError::Closed.to_string()))
    }
}

type Listener = Box<dyn Fn(&[i64]) + Send>;
type Work = Box<dyn FnOnce(&mut Connection) + Send>;

enum Order {
    Insert(Request),
    Run(Work),
}

struct Request {
    spans: Vec<Received>,
    bytes: usize,
    done: oneshot::Sender<Result<Written, String>>,
}

pub struct Writer {
    orders: Mutex<Option<Sender<Order>>>,
    waiting_bytes: Arc<AtomicUsize>,
    listeners: Arc<Mutex<Vec<Listener>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(connection: Connection) -> Result<Self, StoreError> {
        let (orders, receiver) = channel();
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        let listeners = Arc::new(Mutex::new(Vec::new()));
        let desk = Desk {
            connection,
            known: Known::default(),
            waiting_bytes: Arc::clone(&waiting_bytes),
            listeners: Arc::clone(&listeners),
        };
        let thread = std::thread::Builder::new()
            .name("catalyst-store".to_owned())
            .spawn(move || desk.work(&receiver))
            .map_err(StoreError::File)?;
        let orders = Mutex::new(Some(orders));
        Ok(Self { orders, waiting_bytes, listeners, thread: Some(thread) })
    }

    pub fn send(&self, spans: Vec<Received>) -> Result<Receipt, StoreError> {
        let bytes = spans.iter().map(size).sum();
        if self.waiting_bytes.fetch_add(bytes, Ordering::Relaxed) > MAX_WAITING_BYTES {
            self.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Err(StoreError::Full);
        }
        let (done, receipt) = oneshot::channel();
        self.order(Order::Insert(Request { spans, bytes, done }))?;
        Ok(Receipt(receipt))
    }

    pub fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (done, answer) = std::sync::mpsc::channel();
        self.order(Order::Run(Box::new(move |connection| {
            let _ = done.send(work(connection));
        })))?;
        Ok(answer.recv().map_err(|_| StoreError::Closed)??)
    }

    pub fn on_change(&self, listener: Listener) {
        lock(&self.listeners).push(listener);
    }

    fn order(&self, order: Order) -> Result<(), StoreError> {
        match &*lock(&self.orders) {
            Some(orders) => orders.send(order).map_err(|_| StoreError::Closed),
            None => Err(StoreError::Closed),
        }
    }
}

impl Drop for Writer {
    /// What waits is written first.
    fn drop(&mut self) {
        lock(&self.orders).take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Desk {
    connection: Connection,
    known: Known,
    waiting_bytes: Arc<AtomicUsize>,
    listeners: Arc<Mutex<Vec<Listener>>>,
}

impl Desk {
    fn work(mut self, orders: &Receiver<Order>) {
        while let Ok(first) = orders.recv() {
            let mut requests = Vec::new();
            let mut bytes = 0;
            let mut next = Some(first);
            while let Some(order) = next.take() {
                match order {
                    Order::Run(work) => {
                        self.commit(std::mem::take(&mut requests));
                        let before = self.connection.total_changes();
                        work(&mut self.connection);
                        if self.connection.total_changes() != before {
                            // What is known may be deleted.
                            self.known.forget();
                        }
                        break;
                    }
                    Order::Insert(request) => {
                        bytes += request.bytes;
                        requests.push(request);
                        if bytes < MAX_TRANSACTION_BYTES {
                            next = orders.try_recv().ok();
                        }
                    }
                }
            }
            self.commit(requests);
        }
        // Leaves one file, without its log.
        let _ = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);");
    }

    fn commit(&mut self, requests: Vec<Request>) {
        if requests.is_empty() {
            return;
        }
        let outcome = write(&mut self.connection, &mut self.known, &requests);
        let freed: usize = requests.iter().map(|request| request.bytes).sum();
        self.waiting_bytes.fetch_sub(freed, Ordering::Relaxed);
        match outcome {
            Ok((written, traces)) => {
                for (request, written) in requests.into_iter().zip(written) {
                    let _ = request.done.send(Ok(written));
                }
                for listener in lock(&self.listeners).iter() {
                    listener(&traces);
                }
            }
            Err(error) => {
                self.known.forget();
                for request in requests {
                    let _ = request.done.send(Err(error.to_string()));
                }
            }
        }
    }
}

fn write(
    connection: &mut Connection,
    known: &mut Known,
    requests: &[Request],
) -> rusqlite::Result<(Vec<Written>, Vec<i64>)> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    known.forget_after_others(&transaction)?;
    let spans: Vec<&Received> = requests.iter().flat_map(|request| &request.spans).collect();
    let Inserted { outcomes, traces } = insert(&transaction, known, &spans)?;
    transaction.commit()?;
    let mut outcomes = outcomes.into_iter();
    let written = requests.iter().map(|request| {
        let mut written = Written::default();
        for outcome in outcomes.by_ref().take(request.spans.len()) {
            match outcome {
                Outcome::Stored => written.stored += 1,
                Outcome::Duplicate => written.duplicates += 1,
                Outcome::Refused => written.refused += 1,
            }
        }
        written
    });
    Ok((written.collect(), traces))
}

fn size(span: &Received) -> usize {
    let labels: usize = span.labels.iter().map(|(_, value)| value.len() + 64).sum();
    SPAN_BYTES + span.payload.len() + span.words.len() + labels
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
