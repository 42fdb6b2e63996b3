from backline_recommender.cli import main

raise SystemExit(main())
