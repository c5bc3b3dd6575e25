#[path = "../tests/support/mod.rs"]
mod support;
use planner::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    match a[1].as_str() {
        "theatre" => {
            let n: usize = a[2].parse().unwrap();
            let lim: f64 = a[3].parse().unwrap();
            let (lo, hi) = (a[4].parse::<u64>().unwrap(), a[5].parse::<u64>().unwrap());
            for seed in lo..hi {
                let p = support::theatre(seed, n);
                let t = std::time::Instant::now();
                let o = Options {
                    time_limit: if lim > 0.0 {
                        Some(std::time::Duration::from_secs_f64(lim))
                    } else {
                        None
                    },
                    ..Options::default()
                };
                match solve(&p, &o) {
                    Ok(s) => {
                        let el = t.elapsed();
                        let t = std::time::Instant::now();
                        check(&p, &s.plan, &s.certificate).unwrap();
                        println!(
                            "{n} seed {seed}: {el:?} value {} gap {:.2e} {:?} nodes {} proof nodes {} check {:?}",
                            s.value,
                            s.gap,
                            s.status,
                            s.nodes,
                            s.certificate.nodes.len(),
                            t.elapsed()
                        )
                    }
                    Err(e) => println!("{seed}: {e}"),
                }
            }
        }
        "small" => {
            let (lo, hi) = (a[2].parse::<u64>().unwrap(), a[3].parse::<u64>().unwrap());
            let size = support::Size {
                sites: (2, 6),
                people: 6,
                loadouts: 5,
                missions: 3,
            };
            for seed in lo..hi {
                let p = support::random_problem(20000 + seed, &size);
                let t = std::time::Instant::now();
                let s = solve(&p, &Options::default());
                let el = t.elapsed();
                if el.as_millis() > 20 {
                    println!("slow {seed} {el:?} {:?}", s.as_ref().map(|s| s.nodes).ok());
                }
                let e = support::exhaustive(&p);
                let ok = match (&s, &e) {
                    (Ok(s), Some(e)) => {
                        (s.value - e.0).abs() <= 1e-6 * e.0.abs().max(1e-9)
                            && s.status == Status::Optimal
                            && s.bound <= e.0 * (1.0 + 1e-12)
                    }
                    (Err(SolveError::Infeasible), None) => true,
                    _ => false,
                };
                if !ok {
                    println!(
                        "seed {seed}: {:?} vs {:?} {:?}",
                        s.map(|s| (s.value, s.bound, s.gap, s.nodes)),
                        e.map(|e| e.0),
                        t.elapsed()
                    );
                }
            }
        }
        _ => {
            let p: Problem =
                serde_json::from_str(&std::fs::read_to_string(&a[1]).unwrap()).unwrap();
            let t = std::time::Instant::now();
            let s = solve(&p, &Options::default());
            println!(
                "{:?} {:?}",
                t.elapsed(),
                s.map(|s| (s.value, s.bound, s.nodes))
            );
        }
    }
}
