//! A small runtime of its own for questions to `DataFusion`: a heavy one may wait for another, but no page waits for either.

use std::future::Future;
use std::sync::Arc;

use tanggap_queries::QueryError;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use crate::error::Problem;

/// Threads that answer questions; the lanes and the doors have the rest of the machine.
const THREADS: usize = 2;
/// Questions worked on at once. More wait: each holds memory for its groups and sorts.
const AT_ONCE: usize = 8;

/// The runtime.
#[derive(Debug)]
pub(crate) struct Analysts {
    runtime: Option<Runtime>,
    desks: Arc<Semaphore>,
}

impl Analysts {
    pub(crate) fn new() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("analyst")
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
            desks: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// Answers a question there; whoever stops waiting stops the work.
    pub(crate) fn ask<T, E, F>(&self, question: F) -> impl Future<Output = Result<T, Problem>> + Send
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        // Plans make large futures; on the heap they do not swell those of all who ask.
        self.seat(Box::pin(question))
    }

    async fn seat<T, E, F>(&self, question: F) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        let Some(runtime) = &self.runtime else {
            return Err(Problem::internal());
        };
        let desk = Arc::clone(&self.desks).acquire_owned().await.map_err(|_| Problem::internal())?;
        let work = runtime.spawn(async move {
            let answer = question.await;
            drop(desk);
            answer
        });
        let mut guard = AbortOnDrop(Some(work.abort_handle()));
        let answer = work.await;
        guard.0 = None;
        match answer {
            Ok(answer) => answer.map_err(Into::into),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a question did not end");
                Err(Problem::internal())
            }
        }
    }

    /// Answers a question that is plain computing.
    pub(crate) async fn compute<T, F>(&self, question: F) -> Result<T, Problem>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.ask(async move { Ok::<T, QueryError>(question()) }).await
    }
}

impl Drop for Analysts {
    fn drop(&mut self) {
        // A runtime may not be dropped where another one runs, unless it is told not to wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

struct AbortOnDrop(Option<tokio::task::AbortHandle>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
        }
    }
}
