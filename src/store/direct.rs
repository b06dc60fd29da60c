//! Transactions on a connection before others may use it: once, without waiting for anything.

use std::cell::Cell;
use std::rc::Rc;

use super::connection::Connection;
use super::transaction::{self, Body, ReadTx, WriteTx};
use crate::error::{Error, Result};

/// A connection that has just been opened.
#[derive(Debug, Clone)]
pub(crate) struct Direct(Rc<Connection>);

impl Direct {
    pub(super) fn new(connection: &Rc<Connection>) -> Direct {
        Direct(Rc::clone(connection))
    }

    /// As [`Database::read`](super::Database::read).
    pub async fn read<T>(&self, stores: &[&str], body: impl AsyncFn(&ReadTx) -> Result<T>) -> Result<T> {
        let result = Cell::new(None);
        let run: Body<'_> = &|tx| {
            Box::pin(async {
                let tx = tx;
                result.set(Some(body(&tx).await?));
                Ok(())
            })
        };
        transaction::read(&self.0, stores, run).await?;
        result.into_inner().ok_or_else(Error::transaction_aborted)
    }

    /// As [`Database::write`](super::Database::write), without a second copy.
    pub async fn write(&self, stores: &[&str], body: impl AsyncFn(&WriteTx) -> Result<()>) -> Result<()> {
        let run: Body<'_> = &|tx| {
            Box::pin(async {
                let tx = WriteTx::new(tx);
                body(&tx).await
            })
        };
        let durability = self.0.schema().durability(stores);
        transaction::write(&self.0, stores, durability, run, None).await
    }
}
