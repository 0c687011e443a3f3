//! Training: a loop that any model can be put into, told of by observers, saved so that it goes on bit for bit.
//!
//! `Task → batch → loss → gradients → clip → optimiser`, evaluated and saved now and then.
//!
//! | item | what it is |
//! |---|---|
//! | [`Task`] | what is learned: batches and their loss ([`NextToken`] for language models, [`Rows`] for tables without targets) |
//! | [`TrainConfig`] | how long and how: steps, learning rate, clipping, accumulation, evaluation, patience |
//! | [`Trainer`] | the loop |
//! | [`Observer`] | is told of every step, evaluation and save, and may stop the training: [`CsvLog`], [`JsonLog`], [`LossCurve`] |
//! | [`Checkpoint`] | a folder with weights, optimiser and progress that is never half written |
//!
//! A result depends on the seed and the settings alone, not on the number of threads, and not on whether the training was
//! interrupted: every random draw is a function of the key and the step.
//!
//! ```
//! use genai_models::core::optim::{Adam, AdamConfig, WarmupCosine};
//! use genai_models::core::{Init, Params, Run, Tensor, random::Key};
//! use genai_models::data::Tokens;
//! use genai_models::train::{NextToken, TrainConfig, Trainer};
//!
//! let tokens = Tokens::new((0..2000).map(|i| i % 7).collect());
//! let params = Params::new(Key::new(1));
//! let table = params.get("table", [7, 7], Init::Zeros); // logits of what follows each token
//! let loss = |x: &Tensor, y: &Tensor, run: &Run<'_>| {
//!     run.weight(&table).embedding(x).cross_entropy(y)
//! };
//! let task = NextToken { loss, train: tokens.clone(), validation: tokens, rows: 4, context: 8 };
//! let schedule = WarmupCosine { peak: 0.3, floor: 0.03, warmup: 5, steps: 60, ..WarmupCosine::default() };
//! let config = TrainConfig { steps: 60, schedule, ..TrainConfig::default() };
//! let mut trainer = Trainer::new(config, &task, &params, Adam::new(AdamConfig::adam()))?;
//! trainer.run(60)?;
//! assert!(trainer.evaluate()?.loss < 0.05);
//! # Ok::<(), genai_models::Error>(())
//! ```

mod checkpoint;
mod config;
mod curve;
mod folder;
mod log;
mod observer;
mod rows;
mod step;
mod task;
mod trainer;

pub use checkpoint::Checkpoint;
pub use config::TrainConfig;
pub use curve::LossCurve;
pub use log::{CsvLog, JsonLog};
pub use observer::{Answer, Observer, Progress};
pub use rows::Rows;
pub use task::{Evaluation, NextToken, Task, evaluate};
pub use trainer::{Finish, State, Trainer};
