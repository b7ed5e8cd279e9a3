//! `Client::get`, `post`, `put` and so on: short forms of [`Client::send`] for requests that have
//! only a path, parameters and a body.

use serde::Serialize;

use crate::client::Client;
use crate::error::Result;
use crate::request::{Request, Response};

impl Client {
    /// Sends `GET path`.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub fn get(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Response> {
        self.send(&Request::get(path).queries(parameters))
    }

    /// Sends `HEAD path`, and returns whether anything exists at that path.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub fn exists(&self, path: &str) -> Result<bool> {
        Ok(self.send(&Request::head(path).accept(404))?.status() != 404)
    }

    /// Sends `POST path` with a JSON body.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub fn post(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<Response> {
        self.send(&Request::post(path).queries(parameters).json(body)?)
    }

    /// Sends `PUT path` with a JSON body.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub fn put(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<Response> {
        self.send(&Request::put(path).queries(parameters).json(body)?)
    }

    /// Sends `DELETE path`.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub fn delete(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Response> {
        self.send(&Request::delete(path).queries(parameters))
    }
}
